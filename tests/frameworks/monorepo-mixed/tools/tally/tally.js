const words = process.argv.slice(2);

console.log(words.length === 1 ? "one word" : `${words.length} words`);
