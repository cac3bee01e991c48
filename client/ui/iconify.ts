import { defineComponent, h } from 'vue'
import BundledIcon from './Icon.vue'
import { iconNames, type IconName } from './icon-names.ts'

const isBundled = (name: string): name is IconName => (iconNames as readonly string[]).includes(name)

/**
 * Stands in for `@iconify/vue` inside Nuxt UI's components. The original fetches an unknown icon from another host; this
 * one draws what is bundled, and nothing else.
 */
export const Icon = defineComponent({
  props: { icon: { type: String, required: true } },
  setup: (props) => () => {
    const name = props.icon.replace(/^lucide[:-]/, '')
    return isBundled(name) ? h(BundledIcon, { name }) : null
  },
})

/** Whether an icon can be drawn at once: always, since all are bundled. */
export const iconLoaded = (): boolean => true
