import { ONLINE_RETAIL_MISSING, onlineRetail } from '../../../bench/data/onlineRetail.js';

export { onlineRetail };

if (!onlineRetail) console.warn(`tests on Online Retail are skipped: ${ONLINE_RETAIL_MISSING}`);

/** The SQL that reads a file of purchases, times as texts. */
export const selectPurchases = (file: string) =>
  `SELECT Description, Quantity, strftime(InvoiceDate::TIMESTAMP, '%Y-%m-%d %H:%M:%S') AS InvoiceDate, UnitPrice, CustomerID, Country FROM '${file}'`;
