import { isAbsolute } from 'node:path'
import { z } from 'zod'
import { contextSchema } from './setting-schemas.ts'

/** The settings of places that are kept in queues, and of messages that are left there. */
export const placeSettings = {
  PLACE_CONTEXT: {
    description:
      'The context of the dialplan in which somebody waits in a queue in the stead of a caller who hung up; its extensions are the queues.',
    default: 'ringcard-place',
    perPbx: true,
    schema: contextSchema,
  },
  CALLBACK_CONTEXT: {
    description:
      'The context of the dialplan from which such a caller is called when their turn has come: a number in international form.',
    default: 'ringcard-callback',
    perPbx: true,
    schema: contextSchema,
  },
  VOICEMAIL_DIR: {
    description:
      'Asterisk’s folder of voicemail as seen from here, such as `/var/spool/asterisk/voicemail`: messages that callers left in a queue are heard in the console. Empty: they are told of, and not heard.',
    default: '',
    perPbx: true,
    schema: z
      .string()
      .refine(
        (path) => path === '' || isAbsolute(path),
        'must be a path from the root, such as /var/spool/…',
      ),
  },
} as const satisfies Record<string, { description: string; default: string; perPbx: true; schema: z.ZodType }>
