export const plants = [
  { slug: "yarrow", name: "Yarrow", found: "a ditch near the mill" },
  { slug: "sorrel", name: "Sorrel", found: "the churchyard wall" },
];
