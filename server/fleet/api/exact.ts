/** JSON's scalars, and what stands for "not there". */
type Scalar = string | number | boolean | null | undefined;

/** The same data, which nobody may write to: what an answer may share with the room that made it. */
export type ReadonlyDeep<Data> = Data extends Scalar
  ? Data
  : unknown extends Data
    ? Data
    : { readonly [Key in keyof Data]: ReadonlyDeep<Data[Key]> };

type KeysOf<Data> = Data extends unknown ? keyof Data : never;
type At<Data, Key> = Data extends unknown ? (Key extends keyof Data ? Data[Key] : never) : never;

/**
 * Keys of `Data`, at any depth, that `Described` lacks; `never` when it has them all. Assignability does not
 * see them: an object may have more keys than its type, and a renamed optional key is one more and one less.
 */
export type Undescribed<Data, Described> = Data extends Scalar
  ? never
  : unknown extends Described
    ? never
    : Data extends readonly (infer Item)[]
      ? Undescribed<Item, Described extends readonly (infer Expected)[] ? Expected : never>
      : {
          [Key in keyof Data]-?: Key extends KeysOf<Described>
            ? Undescribed<Data[Key], At<Described, Key>>
            : Key;
        }[keyof Data];
