import express from "express";

express()
  .get("/", (request, response) => response.send("A stand-in for the harbour"))
  .listen(process.env.PORT ?? 4999);
