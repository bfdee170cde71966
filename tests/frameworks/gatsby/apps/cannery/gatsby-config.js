module.exports = {
  siteMetadata: { title: "Cannery" },
};
