/** Takes what it knows of a value from outside and leaves out the rest; undefined where the value is not of that form. */
export type Parser<Value> = (value: unknown) => Value | undefined;

export const text: Parser<string> = (value) => (typeof value === 'string' ? value : undefined);

/** Numbers that are finite. */
export const number: Parser<number> = (value) =>
  typeof value === 'number' && Number.isFinite(value) ? value : undefined;

/** One of these texts. */
export function oneOf<const Text extends string>(...texts: readonly Text[]): Parser<Text> {
  return (value) => texts.find((each) => each === value);
}

export function nullable<Value>(parse: Parser<Value>): Parser<Value | null> {
  return (value) => (value === null ? null : parse(value));
}

export function either<A, B>(first: Parser<A>, second: Parser<B>): Parser<A | B> {
  return (value) => first(value) ?? second(value);
}

/** A list of at most `most`. */
export function list<Value>(parse: Parser<Value>, most = Number.POSITIVE_INFINITY): Parser<readonly Value[]> {
  return (value) => {
    if (!Array.isArray(value) || value.length > most) return undefined;
    const parsed = value.flatMap((each) => {
      const one = parse(each);
      return one === undefined ? [] : [one];
    });
    return parsed.length === value.length ? parsed : undefined;
  };
}

/** An object with all of these keys. */
export function record<Fields extends object>(
  parsers: {
    readonly [Key in keyof Fields]: Parser<Fields[Key]>;
  },
): Parser<Fields> {
  return (value) => {
    if (typeof value !== 'object' || value === null) return undefined;
    const parsed: Partial<Fields> = {};
    for (const key in parsers) {
      const field = parsers[key](Reflect.get(value, key));
      if (field === undefined) return undefined;
      parsed[key] = field;
    }
    return isWhole(parsed) ? parsed : undefined;
  };

  function isWhole(parsed: Partial<Fields>): parsed is Fields {
    for (const key in parsers) if (parsed[key] === undefined) return false;
    return true;
  }
}
