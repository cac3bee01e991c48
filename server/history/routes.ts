import type { Handlers } from '../http/mount.ts'
import {
  callExplainer,
  callReader,
  callTracer,
  type ExplainerOptions,
  type TracerOptions,
} from './reading.ts'
import type { Queries } from './queries.ts'

export type CallRoutesOptions = ExplainerOptions &
  TracerOptions & { history: Pick<Queries, 'readCall' | 'tookPart' | 'listCalls' | 'journalOf'> }

/** How calls are asked over HTTP. */
export function callRoutes(
  options: CallRoutesOptions,
): Pick<Handlers, 'calls.list' | 'calls.read' | 'calls.explain' | 'calls.trace'> {
  const { readCall, listCalls } = callReader(options.history)
  const { explainCall } = callExplainer(options)
  const { traceCall } = callTracer(options)
  return {
    'calls.list': ({ me, query }) => listCalls(me, query),
    'calls.read': ({ me, params }) => readCall(me, params.callId),
    'calls.explain': ({ me, params }) => explainCall(me, params.callId),
    'calls.trace': ({ me, params }) => traceCall(me, params.callId),
  }
}
