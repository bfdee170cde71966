import type { PluginOption, UserConfig } from "vite";
export function rendered(): UserConfig;
export function commitTag(): PluginOption;
