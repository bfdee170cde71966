export default defineEventHandler((event) => {
  setHeader(event, "content-type", "text/html; charset=utf-8");
  const station = process.env.STATION ?? "nowhere";
  return `<!doctype html>
<title>Weather</title>
<h1>Rain is likely behind the hill</h1>
<p>Measured at ${station}.</p>
<img src="/charts/isobars.svg" alt="A low">`;
});
