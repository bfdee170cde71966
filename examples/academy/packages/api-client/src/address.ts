/** Where the courses API is. */

/** Its address for a server: as configured, as the platform says, or by its name inside the platform. */
export function apiAddress(environment: Record<string, string | undefined>): string {
  return environment["API_URL"] || environment["FRONTAGE_URL_COURSES_API"] || "http://courses-api.internal";
}
