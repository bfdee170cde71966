import { useParams } from "react-router";

export default function Keeper() {
  const { name } = useParams();
  return <p>{`${name} has the night watch`}</p>;
}
