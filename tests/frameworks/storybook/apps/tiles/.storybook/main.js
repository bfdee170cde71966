/** @type {import("@storybook/react-vite").StorybookConfig} */
export default {
  stories: ["../src/**/*.stories.jsx"],
  framework: "@storybook/react-vite",
  core: { disableTelemetry: true },
};
