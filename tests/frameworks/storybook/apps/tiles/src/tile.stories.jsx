import { Tile } from "./tile";

export default { title: "Kitchen/Tile", component: Tile };

export const Cobalt = { args: { colour: "#2148a6", text: "Cobalt" } };
export const Ochre = { args: { colour: "#c98b2b", text: "Ochre" } };
