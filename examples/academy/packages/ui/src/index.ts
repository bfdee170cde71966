/** The pieces that pages are made of. No app uses all of them. */
export { Accordion } from "./accordion.js";
export { Avatar } from "./avatar.js";
export { Badge } from "./badge.js";
export { Button, LinkButton } from "./button.js";
export { Card } from "./card.js";
export { Cover } from "./cover.js";
export { Field, Select } from "./field.js";
export { number, price } from "./format.js";
export { Progress, ProgressRing } from "./progress.js";
export { Quote } from "./quote.js";
export { Rating } from "./rating.js";
export { Slider } from "./slider.js";
export { Stat } from "./stat.js";
export { Tabs } from "./tabs.js";
