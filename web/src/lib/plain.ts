// biome-ignore lint/suspicious/noControlCharactersInRegex: they are what is taken out
const INVISIBLE = /[\u0000-\u0008\u000b-\u001f\u007f-\u009f\u200b\u202a-\u202e\u2066-\u2069]/g;

/** Without characters that hide or turn text around: for what a person decides upon. */
export const plain = (text: string): string => text.replace(INVISIBLE, "");
