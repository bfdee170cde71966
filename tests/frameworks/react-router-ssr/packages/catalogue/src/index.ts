export interface Book {
  title: string;
  shelf: number;
}

export const books: Book[] = [
  { title: "On the Habits of Lamps", shelf: 4 },
  { title: "A Field of Ladders", shelf: 9 },
];
