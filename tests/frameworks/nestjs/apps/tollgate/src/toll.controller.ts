import { Controller, Get, Header, NotFoundException, Param, Redirect, Req } from "@nestjs/common";
import type { IncomingMessage } from "node:http";
import { TollService } from "./toll.service";

@Controller()
export class TollController {
  constructor(private readonly tolls: TollService) {}

  @Get()
  @Header("content-type", "text/html; charset=utf-8")
  home(): string {
    return `<!doctype html><title>Tollgate</title><h1>Mules cross for two crowns</h1><p>The keeper is ${this.tolls.keeper()}.</p>`;
  }

  @Get("fares/:traveller")
  fare(@Param("traveller") traveller: string) {
    const crowns = this.tolls.fare(traveller);
    if (crowns === undefined) {
      throw new NotFoundException(`${traveller} may not pass`);
    }
    return { traveller, crowns };
  }

  @Get("away")
  @Redirect()
  away(@Req() request: IncomingMessage) {
    return { url: `http://${request.headers.host}/fares/mule`, statusCode: 302 };
  }
}
