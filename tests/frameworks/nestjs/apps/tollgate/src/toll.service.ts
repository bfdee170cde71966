import { Injectable } from "@nestjs/common";

@Injectable()
export class TollService {
  private readonly crowns = new Map([
    ["mule", 2],
    ["cart", 5],
  ]);

  keeper(): string {
    return process.env.KEEPER ?? "asleep";
  }

  fare(traveller: string): number | undefined {
    return this.crowns.get(traveller);
  }
}
