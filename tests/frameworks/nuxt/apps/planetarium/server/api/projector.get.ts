export default defineEventHandler((event) => ({
  state: useRuntimeConfig(event).projector,
}));
