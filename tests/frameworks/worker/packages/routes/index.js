export const stops = ["the mill", "the school", "the widow's house"];
