/** What the courses are made from: every topic of every category is taught in every format. */

export const categories = [
  { name: "Computer Science", topics: ["Rust", "TypeScript", "Python", "Distributed Systems", "Operating Systems", "Web Accessibility", "Compilers", "Databases", "Cloud Infrastructure", "Cryptography", "Game Programming", "React", "Computer Networks", "Software Architecture"] },
  { name: "Data Science", topics: ["Statistics", "Machine Learning", "Data Visualisation", "SQL", "Time Series", "Natural Language Processing", "Bayesian Thinking", "Data Ethics", "Spreadsheets", "Forecasting", "Deep Learning", "Experiment Design", "Geographic Data", "Recommender Systems"] },
  { name: "Business", topics: ["Negotiation", "Product Management", "Accounting", "Leadership", "Pricing", "Remote Teams", "Public Speaking", "Entrepreneurship", "Supply Chains", "Brand Strategy", "Corporate Finance", "Project Management", "Service Design", "Business Writing"] },
  { name: "Design", topics: ["Typography", "Interaction Design", "Colour Theory", "Design Systems", "Motion Design", "Illustration", "User Research", "Information Architecture", "Logo Design", "Interior Design", "Prototyping", "Data Storytelling", "Fashion Design", "Industrial Design"] },
  { name: "Arts", topics: ["Watercolour Painting", "Photography", "Creative Writing", "Film Editing", "Ceramics", "Calligraphy", "Art History", "Figure Drawing", "Screenwriting", "Printmaking", "Sculpture", "Poetry", "Theatre Directing", "Documentary Film"] },
  { name: "Physics", topics: ["Quantum Mechanics", "The Night Sky", "Relativity", "Thermodynamics", "Optics", "Particle Physics", "Climate Physics", "Acoustics", "Electronics", "Cosmology", "Fluid Dynamics", "Nuclear Energy", "Materials", "Biophysics"] },
  { name: "Mathematics", topics: ["Linear Algebra", "Calculus", "Probability", "Number Theory", "Graph Theory", "Topology", "Game Theory", "Logic", "Geometry", "Optimisation", "Chaos and Fractals", "Numerical Methods", "Combinatorics", "Mathematical Proof"] },
  { name: "Health", topics: ["Nutrition", "Sleep", "First Aid", "Mental Health", "Anatomy", "Epidemiology", "Yoga", "Running", "Genetics", "Healthy Ageing", "Mindfulness", "Public Health", "Immunology", "Physiotherapy"] },
  { name: "Languages", topics: ["Spanish", "German", "Japanese", "French", "Mandarin", "Italian", "Portuguese", "Arabic", "Korean", "Sign Language", "Swedish", "Latin", "Translation", "Linguistics"] },
  { name: "Music", topics: ["Piano", "Guitar", "Music Theory", "Songwriting", "Jazz Harmony", "Music Production", "Singing", "Film Scoring", "Drumming", "Sound Design", "Conducting", "Electronic Music", "Ear Training", "The Violin"] },
  { name: "Social Sciences", topics: ["Psychology", "Economics", "Philosophy", "Anthropology", "International Law", "Political Theory", "Sociology", "Archaeology", "Urban Planning", "Education", "Journalism", "World History", "Human Rights", "Behavioural Economics"] },
  { name: "Environment", topics: ["Renewable Energy", "Marine Biology", "Permaculture", "Sustainable Cities", "Climate Policy", "Forest Ecology", "Circular Economy", "Beekeeping", "Water Management", "Soil Science", "Conservation", "Green Building", "Ornithology", "Environmental Justice"] },
];

/** `{topic}` stands for the topic. */
export const formats = [
  { title: "Introduction to {topic}", level: "beginner", summary: "Start from nothing and learn {topic} step by step, with an exercise after each lesson." },
  { title: "{topic} for Curious Minds", level: "beginner", summary: "What is fascinating about {topic}, explained without jargon and with plenty of stories." },
  { title: "{topic} in Thirty Days", level: "beginner", summary: "Half an hour a day is enough: a month from now, {topic} feels like something you do." },
  { title: "{topic}: The Essentials", level: "beginner", summary: "The small part of {topic} that is used all the time, and how to be sure of it." },
  { title: "{topic} in Practice", level: "intermediate", summary: "Leave the textbook behind and use {topic} on problems that come from real work." },
  { title: "The {topic} Workshop", level: "intermediate", summary: "Six hands-on projects in {topic}, each reviewed by people who do this for a living." },
  { title: "{topic} Case Studies", level: "intermediate", summary: "What went well and what went wrong: ten true stories from the world of {topic}." },
  { title: "Understanding {topic}", level: "intermediate", summary: "The ideas behind {topic}, and why they are what they are." },
  { title: "{topic} at Work", level: "intermediate", summary: "Bring {topic} into your team: plans, tools and habits that last." },
  { title: "Advanced {topic}", level: "advanced", summary: "For those who know the rules of {topic} and want to know when to break them." },
  { title: "{topic} Masterclass", level: "advanced", summary: "Look over the shoulder of a master of {topic} for a whole season." },
  { title: "Research Topics in {topic}", level: "advanced", summary: "Read, discuss and repeat the most important results in {topic} of the last ten years." },
];

/** The courses that everybody takes, the most popular first. */
export const favourites = [
  "introduction-to-rust", "machine-learning-in-practice", "photography-for-curious-minds", "spanish-in-thirty-days",
  "negotiation-masterclass", "understanding-quantum-mechanics", "jazz-harmony-the-essentials", "the-typography-workshop",
  "introduction-to-marine-biology", "game-theory-for-curious-minds", "sleep-the-essentials", "psychology-case-studies",
];

export const providers = [
  "Harbor University", "Northlight Institute", "Open Polytechnic", "Lakeside College", "Meridian School", "Aurora Labs",
  "Fernwood Academy", "Kestrel Institute", "Old Town Conservatory", "Bluestone University", "Tidewater College", "Summit Business School",
  "Juniper Studio", "Ostrava Technical", "Lindqvist Foundation", "Granite State University", "The Reading Room", "Copperfield College",
];

export const firstNames = ["Mara", "Jonas", "Amara", "Priya", "Tomás", "Yuki", "Elena", "Samuel", "Ingrid", "Kofi", "Leila", "Mateo", "Nora", "Hiroshi", "Zofia", "Daniel", "Aisha", "Lukas", "Camille", "Ravi"];

export const lastNames = ["Lind", "Okafor", "Moreau", "Sharma", "Novák", "Tanaka", "Rossi", "Bergström", "Adeyemi", "Castillo", "Weber", "Haddad", "Kowalski", "Nguyen", "Fraser", "Petrov", "Silva", "Jensen", "Mbeki", "Laurent"];

/** Most courses are in English; a language that stands here more often is taught in more often. */
export const languages = ["English", "English", "English", "English", "English", "English", "German", "Spanish", "Spanish", "French"];

export const prices = [0, 0, 29, 39, 49, 49, 59, 79, 99, 129];

export const outcomes = [
  "Talk about {topic} with people who know it well",
  "Choose the right tool for a task and say why it is right",
  "Plan a project of your own in {topic} and carry it through",
  "Notice the mistakes that nearly everybody makes at first",
  "Read what experts in {topic} write, and judge it",
  "Explain the main ideas to somebody who has never heard of them",
];

export const modules = [
  { title: "Why {topic} matters", lessons: ["Welcome", "A short history of {topic}", "What you will make", "How to learn with this course"] },
  { title: "Words and tools", lessons: ["The words you need", "Setting up your place of work", "A first small exercise", "Questions and answers"] },
  { title: "First steps", lessons: ["Looking closely", "Doing it slowly", "Doing it again", "What went wrong?"] },
  { title: "How it fits together", lessons: ["The big picture", "Patterns in {topic}", "Two examples compared", "Quiz: the big picture"] },
  { title: "Your own project", lessons: ["Finding an idea", "A plan on one page", "Making a start", "Asking for feedback"] },
  { title: "Going deeper", lessons: ["When the rules do not fit", "An expert at work", "Limits and open questions", "Quiz: going deeper"] },
  { title: "Working with others", lessons: ["Sharing what you made", "Reviewing each other", "Disagreeing well", "A conversation with the instructor"] },
  { title: "Where to go from here", lessons: ["Showing your project", "What to read next", "A look back", "Certificate"] },
];

export const reviews = [
  "The clearest explanation of {topic} I have come across. I finished it on two weekends and started again at once.",
  "Good pace, honest feedback, and exercises that feel like real work.",
  "I was afraid of {topic} for years. Now I use it every week.",
  "The project at the end is worth the whole course. Some videos could be shorter.",
  "Our whole team took it together; we still talk about the third module.",
  "Well prepared and full of examples. I would have liked a little more on the history of {topic}.",
];
