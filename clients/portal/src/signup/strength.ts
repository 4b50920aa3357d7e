export type Strength = 0 | 1 | 2 | 3 | 4;

const COMMON = [
  "password",
  "passwort",
  "123456",
  "qwerty",
  "qwertz",
  "letmein",
  "medchain",
  "hospital",
  "welcome",
  "iloveyou",
];

/** How hard a password is to guess, by its length and variety: 0 not at all, 4 very. */
export function strength(password: string): Strength {
  if (password.length < 8 || new Set(password).size < 5) {
    return password.length === 0 ? 0 : 1;
  }
  const lower = password.toLowerCase();
  const known = COMMON.filter((word) => lower.includes(word)).reduce((length, word) => length + word.length, 0);
  const alphabets = [/[a-z]/, /[A-Z]/, /[0-9]/, /[^a-zA-Z0-9]/].filter((pattern) => pattern.test(password)).length;
  const size = [0, 26, 40, 60, 80][alphabets] ?? 80;
  const bits =
    Math.max(0, password.length - known) * Math.log2(size) * (new Set(password).size / password.length > 0.4 ? 1 : 0.5);
  if (bits < 45) {
    return 1;
  }
  if (bits < 60) {
    return 2;
  }
  return bits < 80 ? 3 : 4;
}

/** The least strength that a keystore may have. */
export const STRENGTH_MIN: Strength = 2;
