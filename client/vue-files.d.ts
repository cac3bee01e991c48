// For tools that read TypeScript only: what a component file exports, in general. vue-tsc reads the file itself.
declare module '*.vue' {
  import type { DefineComponent } from 'vue'

  const component: DefineComponent
  export default component
}
