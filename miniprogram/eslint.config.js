import js from '@eslint/js'
import ts from 'typescript-eslint'

export default ts.config(
  { ignores: ['node_modules/', 'dist/', 'types/schema.d.ts'] },
  js.configs.recommended,
  ...ts.configs.recommended,
  {
    rules: {
      '@typescript-eslint/no-explicit-any': 'error',
      eqeqeq: 'error',
      'max-lines': ['error', { max: 300, skipBlankLines: true, skipComments: true }],
      'max-lines-per-function': ['error', { max: 60, skipBlankLines: true, skipComments: true }],
      complexity: ['error', 10],
    },
  },
  {
    files: ['app/**/*.ts'],
    languageOptions: { globals: { App: 'readonly', Page: 'readonly', Component: 'readonly', getApp: 'readonly' } },
    rules: {
      'no-restricted-globals': ['error', { name: 'wx', message: 'only lib/platform.ts speaks to WeChat' }],
      'no-restricted-syntax': [
        'error',
        { selector: "NewExpression[callee.name='Date'][arguments.length=0]", message: 'use lib/clock' },
        { selector: "CallExpression[callee.object.name='Date'][callee.property.name='now']", message: 'use lib/clock' },
      ],
      // A page is one object with a handler for each tap.
      'max-lines-per-function': 'off',
    },
  },
  { files: ['app/lib/platform.ts'], rules: { 'no-restricted-globals': 'off' } },
  { files: ['app/lib/clock.ts'], rules: { 'no-restricted-syntax': 'off' } },
  { files: ['tests/**'], rules: { 'max-lines-per-function': 'off' } },
  {
    files: ['**/*.mjs'],
    languageOptions: { globals: { process: 'readonly', console: 'readonly', URL: 'readonly', Buffer: 'readonly' } },
  },
)
