import mongoose, { Schema } from 'mongoose'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { testDatabaseUri } from './support/database.ts'

describe('the database of the integration tests', () => {
  let connection: mongoose.Connection
  beforeAll(async () => {
    connection = await mongoose.createConnection(testDatabaseUri('mongoose')).asPromise()
  })
  afterAll(() => connection.close())

  it('serves a Mongoose model with a unique index: a duplicate is refused, and says which field', async () => {
    // given a model with a unique field and one document
    const schema = new Schema({ extension: String, phones: [String] }).index(
      { extension: 1 },
      { unique: true },
    )
    const Agent = connection.model('Agent', schema)
    await Agent.init()
    await Agent.create({ extension: '101', phones: ['+12025550101'] })
    // when the same extension is given out again
    const again = Agent.create({ extension: '101', phones: [] })
    // then it is refused with MongoDB's error
    await expect(again).rejects.toMatchObject({
      code: 11000,
      keyPattern: { extension: 1 },
      keyValue: { extension: '101' },
    })
    await expect(Agent.findOne({ phones: '+12025550101' }).lean()).resolves.toMatchObject({
      extension: '101',
    })
  })
})
