import { createApp } from "vue";
import { createRouter, createWebHistory } from "vue-router";
import App from "./App.vue";
import Bells from "./pages/Bells.vue";
import Tower from "./pages/Tower.vue";

const router = createRouter({
  history: createWebHistory(import.meta.env.BASE_URL),
  routes: [
    { path: "/", component: Tower },
    { path: "/bells/:name", component: Bells },
  ],
});

createApp(App).use(router).mount("#app");
