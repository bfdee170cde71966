export default defineEventHandler((event) =>
  sendRedirect(event, new URL("/programme", getRequestURL(event)).toString()),
);
