/** Made-up purchases of the size that the claims name: eight columns, the features of a metro's shop (inventory C12–C16). */
import { withDatabase } from '@trainyard/trainer-job/data/database';

export interface PurchasesSize {
  rows: number;
  users: number;
  products: number;
}

/** What the system to be replaced takes 45 minutes for. */
export const NIGHTLY: PurchasesSize = { rows: 2_450_123, users: 98_000, products: 36_000 };

const SUBCATEGORIES = 125;
const CATEGORIES = 24;
const CITIES = 3;

/** Writes `file`, Parquet. Equal sizes give equal rows; `folder` is for temporary files. */
export async function writePurchases(size: PurchasesSize, file: string, folder: string): Promise<void> {
  await withDatabase(folder, (database) =>
    database.run(`COPY (${purchasesSql(size)}) TO '${file}' (FORMAT parquet)`),
  );
}

/**
 * Users and products are chosen with a skew, seven of ten purchases within the subcategory that the user prefers. The first
 * rows name every user and every product once.
 */
function purchasesSql({ rows, users, products }: PurchasesSize): string {
  const draw = (salt: string) => `((hash('${salt}' || i) % 9007199254740992)::DOUBLE / 9007199254740992)`;
  const perSubcategory = Math.floor(products / SUBCATEGORIES);
  return `
    SELECT 'customer-' || lpad(u::VARCHAR, 7, '0') AS cust_person_id,
      (1000000 + p)::BIGINT AS product_id,
      round(exp(1 + 2 * ${draw('revenue')}), 2)::FLOAT AS revenue,
      'city ' || (hash('city' || u) % ${CITIES}) AS city,
      (1735689600 + i * 31536000 // ${rows})::BIGINT AS "timestamp",
      'article ' || (p % 977) || ' of sort ' || (p % 41) || ' number ' || p AS art_name,
      'domain ' || (p % ${SUBCATEGORIES} % ${CATEGORIES}) AS stratbuy_domain_desc,
      'subcategory ' || (p % ${SUBCATEGORIES}) AS mge_main_cat_desc
    FROM (
      SELECT i, u, CASE
          WHEN i < ${products} THEN i
          WHEN ${draw('loyal')} < 0.7
            THEN floor(${perSubcategory} * pow(${draw('product')}, 2))::BIGINT * ${SUBCATEGORIES} + u % ${SUBCATEGORIES}
          ELSE floor(${products} * pow(${draw('other')}, 2))::BIGINT
        END AS p
      FROM (
        SELECT i, CASE WHEN i < ${users} THEN i ELSE floor(${users} * pow(${draw('user')}, 1.5))::BIGINT END AS u
        FROM (SELECT unnest(range(${rows}))::BIGINT AS i)
      )
    )`;
}
