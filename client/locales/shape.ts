/** What stands behind the first point of a name: of `ami.refused_login`, `refused_login`. */
export type AfterPoint<S extends string> = S extends `${string}.${infer B}` ? B : S

/** A name with points as a key of texts, which points would part: `people.manage` is `people_manage`. */
export type Underscored<S extends string> = S extends `${infer A}.${infer B}` ? `${A}_${B}` : S

/** The shape that every language must fill. */
export type Texts<T> = { [K in keyof T]: T[K] extends string ? string : Texts<T[K]> }
