import { fileURLToPath } from "node:url";
import fastifyStatic from "@fastify/static";
import fastify from "fastify";

const server = fastify({ logger: true, trustProxy: true });

await server.register(fastifyStatic, {
  root: fileURLToPath(new URL("../public", import.meta.url)),
  prefix: "/public/",
});

server.get("/", async (request, reply) => {
  reply.type("text/html; charset=utf-8");
  const shunter = process.env.SHUNTER ?? "idle";
  return `<!doctype html><title>Depot</title><link rel="stylesheet" href="/public/depot.css">
<h1>The night train sleeps in shed four</h1><p>The shunter is ${shunter}.</p>`;
});

server.get("/engines/:number", async (request) => ({
  engine: Number(request.params.number),
  state: "oiled",
}));

server.get("/away", async (request, reply) => {
  return reply.redirect(`${request.protocol}://${request.host}/engines/4`);
});

server.setNotFoundHandler(async (request, reply) => {
  return reply.code(404).send({ message: "That siding is overgrown" });
});

await server.listen({ port: Number(process.env.PORT ?? 3000), host: process.env.HOST ?? "::" });
