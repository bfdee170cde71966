/** What runs here, as its environment says. */

/** The app, its version and commit, the environment's name, and the words of a banner. */
export function about(app, environment = process.env) {
  return {
    app: environment.FRONTAGE_APP || app,
    version: environment.FRONTAGE_VERSION || "development",
    commit: environment.FRONTAGE_COMMIT || "",
    environment: environment.FRONTAGE_ENVIRONMENT || "development",
    banner: environment.BANNER || "",
  };
}
