export default function tides(request, response) {
  response.status(200).json({ high: "04:12", low: "10:31", asked: request.method });
}
