module.exports = {
  tools: ["planes", "chisels"],
};
