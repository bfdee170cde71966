export default defineEventHandler((event) =>
  sendRedirect(event, new URL("/arrived", getRequestURL(event)).toString()),
);
