/**
 * The first `most` UTF-16 units of a text. A character of two units is not cut in half: half of one is no Unicode, which neither
 * Firestore nor a page takes, so that the text is a unit shorter then.
 */
export function cutText(text: string, most: number): string {
  if (text.length <= most) return text;
  const last = text.charCodeAt(most - 1);
  const isFirstHalf = last >= 0xd800 && last <= 0xdbff;
  return text.slice(0, isFirstHalf ? most - 1 : most);
}
