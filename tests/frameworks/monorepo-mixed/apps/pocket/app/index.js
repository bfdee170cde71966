import { Text } from "react-native";

export default function Home() {
  return <Text>The ferry in your pocket</Text>;
}
