import type { SchemaObject } from 'ajv';
import type { ManifestKind } from '../../../../trainer/cluster/manifests.ts';

/*
 * The parts of the published schemas of the engines that bear on our manifests: all required fields, and those of the optional
 * ones that a manifest may have. The rules of Kubernetes' API server, which its OpenAPI schema lacks, are here as well.
 */

const text = { type: 'string', minLength: 1 };
const count = { type: 'integer', minimum: 1 };
/** A DNS label, as all three engines take it for a name. */
const name = { type: 'string', pattern: '^[a-z][a-z0-9-]{0,39}[a-z0-9]$' };

function map(properties: Record<string, SchemaObject>, optional: readonly string[] = []): SchemaObject {
  const required = Object.keys(properties).filter((key) => !optional.includes(key));
  return { type: 'object', properties, required, additionalProperties: false };
}

const list = (items: SchemaObject): SchemaObject => ({ type: 'array', minItems: 1, items });

export const manifestSchemas: Readonly<Record<ManifestKind, SchemaObject>> = {
  // io.k8s.api.batch.v1.Job of Kubernetes 1.35; `validatePodFailurePolicy` in pkg/apis/batch/validation.
  kubernetes: map({
    apiVersion: { const: 'batch/v1' },
    kind: { const: 'Job' },
    metadata: map({ name }),
    spec: map({
      completionMode: { enum: ['Indexed', 'NonIndexed'] },
      completions: count,
      parallelism: count,
      backoffLimitPerIndex: { type: 'integer', minimum: 0 },
      podFailurePolicy: map({
        rules: list(
          map(
            {
              action: { enum: ['FailJob', 'FailIndex', 'Ignore', 'Count'] },
              onExitCodes: map({
                containerName: text,
                operator: { enum: ['In', 'NotIn'] },
                values: {
                  type: 'array',
                  minItems: 1,
                  maxItems: 255,
                  uniqueItems: true,
                  items: { type: 'integer', not: { const: 0 } },
                },
              }),
              onPodConditions: list(map({ type: text, status: { enum: ['True', 'False', 'Unknown'] } })),
            },
            ['onExitCodes', 'onPodConditions'],
          ),
        ),
      }),
      template: map({
        spec: map({
          // With a policy for failures, no other is valid.
          restartPolicy: { const: 'Never' },
          terminationGracePeriodSeconds: count,
          containers: list(
            map({
              name: text,
              image: text,
              workingDir: text,
              command: list(text),
              resources: map({ limits: map({ 'nvidia.com/gpu': count }) }),
              volumeMounts: list(map({ name: text, mountPath: text })),
            }),
          ),
          volumes: list(map({ name: text, persistentVolumeClaim: map({ claimName: text }) })),
        }),
      }),
    }),
  }),
  // TaskConfiguration and ProfileRetry in src/dstack/_internal/core/models of dstack.
  dstack: map({
    type: { const: 'task' },
    name,
    image: text,
    working_dir: { type: 'string', pattern: '^/' },
    commands: list(text),
    volumes: list(map({ name: text, path: { type: 'string', pattern: '^/' } })),
    resources: map({ gpu: count }),
    retry: map({
      on_events: list({ enum: ['no-capacity', 'interruption', 'error'] }),
      duration: { type: 'string', pattern: '^\\d+[smhdw]$' },
    }),
  }),
  // get_task_schema and get_resources_schema in sky/utils/schemas.py of SkyPilot.
  skypilot: map({
    name,
    resources: map({
      accelerators: { type: 'string', pattern: '^[A-Za-z0-9-]+(:\\d+)?$' },
      image_id: { type: 'string', pattern: '^docker:.' },
    }),
    volumes: { type: 'object', minProperties: 1, additionalProperties: text },
    run: text,
  }),
};
