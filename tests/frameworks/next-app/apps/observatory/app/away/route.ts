import { NextResponse, type NextRequest } from "next/server";

export function GET(request: NextRequest) {
  const protocol = request.headers.get("x-forwarded-proto") ?? "http";
  const host = request.headers.get("host");
  return NextResponse.redirect(`${protocol}://${host}/arrived`);
}
