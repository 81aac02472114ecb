import { extractIBAN } from "ibantools";
import { parsePhoneNumberFromString } from "libphonenumber-js/min";
import { type NormalForm, normalForm, type Refusal, refuse } from "./normal-form.ts";

/**
 * A telephone number as E.164. It must carry its country (`+221...`, `00221...`, `tel:`) or `country` must say which country's
 * national notation it is (alpha-2); extensions are dropped. Only the length is checked, because numbers reserved for fiction
 * and new ranges are in no table.
 */
export function normalisePhone(text: string, country?: string): NormalForm | Refusal {
  const number = text.replace(/^(?:tel|callto|sip|whatsapp):/i, "").replace(/^\s*\(?00(?=[1-9])/, "+");
  const parsed = parsePhoneNumberFromString(number, {
    ...(isCountryCode(country) ? { defaultCountry: country } : {}),
    extract: false,
  });
  if (parsed?.isPossible()) return normalForm("phone-number", parsed.number);
  const isNational = !number.trim().startsWith("+") && !isCountryCode(country);
  return refuse(
    isNational
      ? "A telephone number needs its country code, as in +221 33 000 00 00."
      : "The telephone number has too few or too many digits for its country.",
  );
}

type CountryCode = NonNullable<Extract<Parameters<typeof parsePhoneNumberFromString>[1], string>>;

/** The library answers an unknown country with "no number", which is what the caller wants. */
function isCountryCode(country: string | undefined): country is CountryCode {
  return country !== undefined && /^[A-Z]{2}$/.test(country);
}

/** An IBAN with a correct checksum and its country's length, upper case without spaces; null when it is not one. */
export function parseIban(text: string): string | null {
  const compact = text
    .replace(/^IBAN[\s:]*(?=[A-Z]{2}\d\d)/i, "")
    .replace(/[\s.\-_]/g, "")
    .toUpperCase();
  if (!/^[A-Z]{2}\d{2}[A-Z0-9]{11,30}$/.test(compact)) return null;
  return extractIBAN(compact).valid ? compact : null;
}

/** Shapes of national account numbers, after cleaning: what a bank of that country would accept at its counter. */
const ACCOUNT_SHAPES: Readonly<Record<string, RegExp>> = {
  AR: /^\d{22}$/,
  AU: /^\d{6,15}$/,
  CA: /^\d{7,20}$/,
  CN: /^\d{12,19}$/,
  GB: /^(?:\d{6})?\d{8}$/,
  ID: /^\d{10,16}$/,
  IN: /^(?:[A-Z]{4}0[A-Z0-9]{6})?\d{9,18}$/,
  MX: /^\d{18}$/,
  MY: /^\d{7,17}$/,
  NG: /^\d{10}$/,
  PH: /^\d{8,16}$/,
  SG: /^\d{7,14}$/,
  TH: /^\d{10,15}$/,
  US: /^\d{4,26}$/,
  VN: /^\d{6,19}$/,
  ZA: /^\d{6,17}$/,
};

/** Words that stand beside a national number and tell its country. */
const ACCOUNT_WORDS: readonly (readonly [word: RegExp, country: string | null])[] = [
  [/\biban\b/gi, null],
  [/\bsort\s?code\b/gi, "GB"],
  [/\bclabe\b/gi, "MX"],
  [/\bcbu\b/gi, "AR"],
  [/\bnuban\b/gi, "NG"],
  [/\bbsb\b/gi, "AU"],
  [/\bifsc(?:\s?code)?\b/gi, "IN"],
  [/\b(?:aba|routing)(?:\s?(?:number|no\.?))?\b/gi, "US"],
  [/\b(?:bank\s?)?(?:account|acct|acc|a\/c|cuenta|compte)(?:\s?(?:number|no\.?|#))?(?=[\s:#]|$)/gi, null],
];

/**
 * A bank account that is no IBAN: letters and digits only, upper case, leading zeros kept, with its country in front when it
 * is known: `NG:0123456789` as given, by `country`, or by a word beside the number (`sort code 99-01-23 account 12345678` is
 * `GB:99012312345678`). A value that proves to be an IBAN comes back as one. The same digits at two banks are two accounts:
 * the bank is the caller's to keep.
 */
export function normaliseBankAccount(text: string, country?: string): NormalForm | Refusal {
  const prefix = /^([A-Za-z]{2}):(.*)$/.exec(text);
  const { rest, named } = withoutAccountWords(prefix?.[2] ?? text);
  const place = (prefix?.[1] ?? country)?.toUpperCase() ?? named;
  const number = rest.replace(/[\s.\-/_:,#+]/g, "").toUpperCase();
  const iban = parseIban(number);
  if (iban !== null) return normalForm("iban", iban);
  if (!/^[A-Z0-9]{4,34}$/.test(number) || !/\d{4}/.test(number)) {
    return refuse("An account number has 4 to 34 letters and digits, at least four digits in a row.");
  }
  const shape = place === null ? undefined : ACCOUNT_SHAPES[place];
  if (shape !== undefined && !shape.test(number)) {
    return refuse(`The number does not have the shape of an account in ${place}.`);
  }
  if (place === "MX" && !isValidClabe(number)) return refuse("The check digit of the CLABE is wrong.");
  return normalForm("bank-account", place === null ? number : `${place}:${number}`);
}

function withoutAccountWords(text: string): { rest: string; named: string | null } {
  let rest = text;
  let named: string | null = null;
  for (const [word, country] of ACCOUNT_WORDS) {
    const without = rest.replace(word, " ");
    if (without !== rest) named ??= country;
    rest = without;
  }
  return { rest, named };
}

/** The check digit of a Mexican CLABE: weights 3, 7, 1 over the first 17 digits, each product modulo 10. */
function isValidClabe(number: string): boolean {
  const digits = [...number].map(Number);
  const sum = digits
    .slice(0, 17)
    .reduce((total, digit, at) => total + ((digit * ([3, 7, 1][at % 3] ?? 0)) % 10), 0);
  return (10 - (sum % 10)) % 10 === digits[17];
}

/** Profile pages and the service they belong to. */
const PROFILE_HOSTS: Readonly<Record<string, string>> = {
  "t.me": "telegram",
  "telegram.me": "telegram",
  "twitter.com": "x",
  "x.com": "x",
  "facebook.com": "facebook",
  "fb.com": "facebook",
  "instagram.com": "instagram",
  "github.com": "github",
  "vk.com": "vk",
  "tiktok.com": "tiktok",
  "linkedin.com": "linkedin",
  "snapchat.com": "snapchat",
  "discord.com": "discord",
};

const SERVICE_ALIASES: Readonly<Record<string, string>> = {
  twitter: "x",
  tg: "telegram",
  fb: "facebook",
  ig: "instagram",
};

/** Services whose handles do not depend on case. */
const CASELESS = new Set([...Object.values(PROFILE_HOSTS), "skype", "icq", "wechat"]);

/**
 * A user's handle together with its service, `telegram:some_name`: read from `service:handle`, `service:@handle` or the
 * address of a profile page. The handle is lower case where the service ignores case. A handle without a service names nobody
 * and is refused.
 */
export function normaliseUserAccount(text: string): NormalForm | Refusal {
  const page =
    /^(?:https?:\/\/)?(?:www\.|m\.|mobile\.)?([a-z.]+)\/(?:in\/|add\/|users\/|s\/)?@?([^/?#\s]+)\/?(?:[?#].*)?$/i.exec(
      text,
    );
  const pageService = PROFILE_HOSTS[page?.[1]?.toLowerCase() ?? ""];
  const pair = /^([A-Za-z][A-Za-z0-9 ._-]{0,30}?)\s*:\s*@?([^\s:/@][^\s]{0,127})$/.exec(text);
  const named = pageService ?? pair?.[1]?.toLowerCase();
  const handle = pageService === undefined ? pair?.[2] : page?.[2];
  if (named === undefined || handle === undefined) {
    return refuse("A user's handle needs its service in front, as in telegram:some_name.");
  }
  const service = SERVICE_ALIASES[named] ?? named;
  return normalForm("user-account", `${service}:${CASELESS.has(service) ? handle.toLowerCase() : handle}`);
}
