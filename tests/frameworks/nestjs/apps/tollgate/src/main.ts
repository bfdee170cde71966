import { NestFactory } from "@nestjs/core";
import { TollModule } from "./toll.module";

async function bootstrap() {
  const app = await NestFactory.create(TollModule);
  app.enableShutdownHooks();
  await app.listen(process.env.PORT ?? 3000);
}

void bootstrap();
