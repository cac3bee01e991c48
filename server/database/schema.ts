import {
  Schema,
  type Connection,
  type IndexDefinition,
  type IndexOptions,
  type Model,
  type SchemaDefinition,
  type SchemaDefinitionProperty,
} from 'mongoose'
import { z } from 'zod'

/** An index of a collection: its keys in order, and MongoDB's options. Give it a name that says what it is for. */
export interface Index {
  keys: IndexDefinition
  options: IndexOptions & { name: string }
}

/**
 * Turns the zod description of a stored document into a Mongoose schema, so that zod is the one source of truth. Fields
 * that zod does not name are refused, and a document is parsed by zod whenever Mongoose validates it (save, insertMany,
 * create). `_id` is what zod says it is.
 * @throws Error for a zod type that has no meaning in a stored document (bigint, function, transform)
 */
export function schemaFromZod(document: z.ZodObject): Schema {
  const schema = new Schema(fieldsOf(document), {
    strict: 'throw',
    versionKey: false,
    id: false,
    minimize: false,
    autoIndex: false,
    autoCreate: false,
  })
  schema.pre('validate', function () {
    document.parse(this.toObject({ flattenMaps: true, flattenObjectIds: false }))
  })
  return schema
}

/**
 * Declares a collection: its documents by zod, its indexes for `ensureIndexes`.
 * @param name of the model and of the collection
 */
export function defineModel<S extends z.ZodObject>(
  connection: Connection,
  name: string,
  document: S,
  indexes: readonly Index[],
): Model<z.infer<S>> {
  const schema = schemaFromZod(document)
  for (const { keys, options } of indexes) schema.index(keys, options)
  return connection.model<z.infer<S>>(name, schema, name)
}

/**
 * Makes every declared index of every model of this connection that is not there yet. Run at each start; repeating it
 * changes nothing.
 * @throws Error naming the collection, when an index of that name exists with another definition
 */
export async function ensureIndexes(connection: Connection): Promise<void> {
  for (const model of Object.values(connection.models)) {
    try {
      await model.createIndexes()
    } catch (error) {
      const reason = error instanceof Error ? error.message : String(error)
      throw new Error(`The indexes of "${model.collection.name}" could not be made: ${reason}`, {
        cause: error,
      })
    }
  }
}

/** A field as Mongoose wants it described. */
interface Field {
  type: SchemaDefinitionProperty
  default?: (() => unknown) | undefined
}

function fieldsOf(document: z.ZodObject): SchemaDefinition {
  return Object.fromEntries(Object.entries(document.shape).map(([name, type]) => [name, fieldOf(type, name)]))
}

function fieldOf(type: unknown, name: string): Field {
  if (type instanceof z.ZodOptional || type instanceof z.ZodNullable || type instanceof z.ZodReadonly) {
    return fieldOf(type.unwrap(), name)
  }
  if (type instanceof z.ZodDefault) {
    return { ...fieldOf(type.unwrap(), name), default: () => structuredClone(type.def.defaultValue) }
  }
  if (type instanceof z.ZodObject) {
    return { type: new Schema(fieldsOf(type), { _id: false, id: false, strict: 'throw', minimize: false }) }
  }
  // Mongoose would otherwise make an empty array of every array that is left out.
  if (type instanceof z.ZodArray) return { type: [fieldOf(type.element, name)], default: undefined }
  if (type instanceof z.ZodString || type instanceof z.ZodStringFormat || type instanceof z.ZodEnum) {
    return { type: String }
  }
  if (type instanceof z.ZodNumber) return { type: Number }
  if (type instanceof z.ZodBoolean) return { type: Boolean }
  if (type instanceof z.ZodDate) return { type: Date }
  if (
    type instanceof z.ZodRecord ||
    type instanceof z.ZodUnion ||
    type instanceof z.ZodLiteral ||
    type instanceof z.ZodUnknown
  ) {
    // Free in form for Mongoose; zod still checks it.
    return { type: Schema.Types.Mixed }
  }
  const kind = type instanceof z.ZodType ? type.def.type : typeof type
  throw new Error(`The field "${name}" has a zod type that cannot be stored: ${kind}`)
}
