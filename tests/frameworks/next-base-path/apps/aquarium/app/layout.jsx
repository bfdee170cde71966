import "./water.css";

export const metadata = { title: "Aquarium" };

export default function Layout({ children }) {
  return (
    <html lang="en">
      <body>{children}</body>
    </html>
  );
}
