import { Signpost } from "@island/design";

export default { title: "Signpost", component: Signpost };

export const Church = { args: { to: "The church", minutes: 25 } };
