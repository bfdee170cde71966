import { Component, provideZonelessChangeDetection } from "@angular/core";
import { bootstrapApplication } from "@angular/platform-browser";
import { provideRouter, RouterLink, RouterOutlet } from "@angular/router";

@Component({
  selector: "app-home",
  imports: [RouterLink],
  template: `
    <h1>The oak was here before the fence</h1>
    <img src="/acorn.svg" alt="An acorn" />
    <a routerLink="/trees/elm">The elm</a>
  `,
})
class Home {}

@Component({ selector: "app-tree", template: `<p>The label fell off in the storm.</p>` })
class Tree {}

@Component({ selector: "app-root", imports: [RouterOutlet], template: `<router-outlet />` })
class Root {}

bootstrapApplication(Root, {
  providers: [
    provideZonelessChangeDetection(),
    provideRouter([
      { path: "", component: Home },
      { path: "trees/:name", component: Tree },
    ]),
  ],
}).catch((error: unknown) => console.error(error));
