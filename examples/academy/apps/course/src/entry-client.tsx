/** The browser's half. */
import "@academy/brand/theme.css";
import "@academy/ui/styles.css";
import { hydratePage } from "@academy/page/client";
import { App } from "./app.js";

hydratePage(App);
