import boundaries from 'eslint-plugin-boundaries'
import prettier from 'eslint-config-prettier'
import vue from 'eslint-plugin-vue'
import { builtinModules } from 'node:module'
import tseslint from 'typescript-eslint'

const domains = [
  'articles',
  'asterisk',
  'floor',
  'history',
  'keys',
  'customers',
  'verification',
  'dispositions',
  'tasks',
  'agents',
  'people',
  'phone',
  'phone-book',
  'settings',
  'realtime',
  'http',
  'database',
]

/** Packages that one folder owns; everybody else goes through that folder. */
const owned = [
  { name: 'asterisk-manager', message: 'Only server/asterisk speaks AMI.' },
  { name: 'pg', message: 'Only the record of a PBX (server/asterisk/record) is read by SQL.' },
  { name: 'socket.io', message: 'Only server/realtime knows Socket.IO.' },
  { name: 'ws', message: 'Only server/phone relays WebSockets.' },
  { name: 'jssip', message: 'Only client/phone speaks SIP.' },
  { name: 'express', message: 'Only server/http and a domain’s routes.ts know Express.' },
  { name: 'mongoose', message: 'Only server/database and a domain’s model.ts know Mongoose.' },
]
/** In a domain's folder `../x/model.ts` is another domain's. */
const foreignModel = {
  regex: '^\\.\\./[^/]+/model\\.ts$',
  message: 'A domain reaches another through its functions, never through its model.',
}
const topModules = builtinModules.filter((name) => /^[a-z]\w+$/.test(name))
const nodeModule = {
  regex: `^(node:|(${topModules.join('|')})(/|$))`,
  message: 'What is pure knows no Node module.',
}
const ownedExcept = (...allowed) => ({
  'no-restricted-imports': [
    'error',
    { paths: owned.filter((p) => !allowed.includes(p.name)), patterns: [foreignModel] },
  ],
})

const allow = (from, to) => ({
  from: { element: { type: from } },
  allow: { to: { element: { type: to } } },
})

export default tseslint.config(
  { ignores: ['dist/**', 'node_modules/**', '.artifacts/**', '.data/**', 'tests/fixtures/traces/**'] },
  ...tseslint.configs.strictTypeChecked,
  ...vue.configs['flat/recommended'],
  {
    languageOptions: {
      parserOptions: {
        project: ['./tsconfig.json', './client/tsconfig.json'],
        tsconfigRootDir: import.meta.dirname,
        extraFileExtensions: ['.vue'],
      },
    },
    rules: {
      '@typescript-eslint/restrict-template-expressions': [
        'error',
        { allowNumber: true, allowBoolean: true },
      ],
      '@typescript-eslint/no-confusing-void-expression': ['error', { ignoreArrowShorthand: true }],
      '@typescript-eslint/consistent-type-imports': 'error',
      '@typescript-eslint/switch-exhaustiveness-check': [
        'error',
        { considerDefaultExhaustiveForUnions: true },
      ],
      eqeqeq: ['error', 'smart'],
      'no-console': 'error',
    },
  },
  {
    files: ['**/*.vue'],
    languageOptions: { parserOptions: { parser: tseslint.parser } },
    rules: {
      'vue/multi-word-component-names': 'off',
      'vue/block-lang': ['error', { script: { lang: 'ts' } }],
    },
  },
  {
    files: ['**/*.js', '**/*.mjs', 'client/vite.config.ts'],
    ...tseslint.configs.disableTypeChecked,
  },
  {
    plugins: { boundaries },
    settings: {
      'import/resolver': { node: { extensions: ['.ts', '.vue', '.js'] } },
      'boundaries/include': ['shared/**', 'server/**', 'client/**', 'lab/**', 'tests/**'],
      'boundaries/elements': [
        { type: 'shared', pattern: 'shared', partialMatch: false },
        { type: 'client', pattern: 'client', partialMatch: false },
        { type: 'lab', pattern: 'lab', partialMatch: false },
        { type: 'tests', pattern: 'tests', partialMatch: false },
        ...domains.map((name) => ({ type: name, pattern: `server/${name}`, partialMatch: false })),
        { type: 'server', pattern: 'server', partialMatch: false },
      ],
    },
    rules: {
      'boundaries/dependencies': [
        'error',
        {
          default: 'disallow',
          policies: [
            allow('shared', ['shared']),
            allow('client', ['client', 'shared']),
            allow('lab', ['lab', 'shared', 'server', ...domains]),
            allow('tests', ['tests', 'lab', 'shared', 'client', 'server', ...domains]),
            allow('server', ['shared', 'server', ...domains]),
            allow('floor', ['floor', 'shared']),
            ...domains
              .filter((name) => name !== 'floor')
              .map((name) => allow(name, ['shared', 'server', ...domains])),
          ],
        },
      ],
    },
  },
  {
    files: ['server/**/*.ts', 'shared/**/*.ts', 'client/**/*.{ts,vue}', 'lab/**/*.ts'],
    rules: ownedExcept(),
  },
  { files: ['server/asterisk/**/*.ts'], rules: ownedExcept('asterisk-manager') },
  { files: ['server/asterisk/record/**/*.ts', 'lab/database/**/*.ts'], rules: ownedExcept('pg') },
  { files: ['server/realtime/**/*.ts'], rules: ownedExcept('socket.io') },
  { files: ['server/phone/**/*.ts'], rules: ownedExcept('ws') },
  { files: ['client/phone/**/*.ts'], rules: ownedExcept('jssip') },
  { files: ['server/http/**/*.ts', 'server/*/routes.ts'], rules: ownedExcept('express') },
  {
    files: ['server/database/**/*.ts', 'server/*/model.ts'],
    rules: {
      ...ownedExcept('mongoose'),
      // This rule overflows its stack on Mongoose's recursive types (typescript-eslint 8.73).
      '@typescript-eslint/no-unsafe-class-instance-assignment': 'off',
    },
  },
  {
    // What is pure stays pure: no Node modules, no framework, no clock, no randomness.
    files: [
      'server/floor/**/*.ts',
      'server/agents/status.ts',
      'server/agents/pauses.ts',
      'server/tasks/task.ts',
      'shared/**/*.ts',
    ],
    rules: {
      'no-restricted-imports': ['error', { paths: owned, patterns: [nodeModule, foreignModel] }],
      'no-restricted-globals': [
        'error',
        ...['setTimeout', 'setInterval', 'setImmediate', 'performance', 'process', 'crypto', 'fetch'],
      ],
      'no-restricted-syntax': [
        'error',
        {
          selector: "NewExpression[callee.name='Date'][arguments.length=0]",
          message: 'Time comes in with the event.',
        },
      ],
      'no-restricted-properties': [
        'error',
        { object: 'Date', property: 'now', message: 'Time comes in with the event.' },
        { object: 'Math', property: 'random', message: 'Randomness comes in as an argument.' },
      ],
    },
  },
  { files: ['lab/**', 'tests/**', 'server/people/cli.ts'], rules: { 'no-console': 'off' } },
  prettier,
)
