/** What scores of double precision are multiplied by where they are rounded to 53 - 20 bits, so that equal items have equal ones. */
export const LEVEL = 2 ** 20 + 1;
/** Greater ones stay as they are: the product would have no number. */
export const LARGEST_LEVELLED = 2 ** 1000;
