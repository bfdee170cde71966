/** The server of the course pages. What goes well with a course arrives after the rest of the page. */
import { apiAddress, createClient, NotFound } from "@academy/api-client";
import { redirect, servePages } from "@academy/page/server";
import client from "virtual:client-files";
import { App, type CourseProps } from "./app.js";
import { slugOf } from "./words.js";

const api = createClient(apiAddress(process.env));

servePages<CourseProps>({
  app: "course",
  client,
  App,
  respond: async ({ path }) => {
    if (path === "/course" || path === "/course/") return redirect("/catalog");
    const slug = slugOf(path);
    if (slug === undefined) return undefined;
    try {
      const course = await api.course(slug);
      const related = api.related(slug).catch(() => []);
      return { title: `${course.title} · Academy`, description: course.summary, props: { course }, deferred: { related } };
    } catch (error) {
      if (!(error instanceof NotFound)) throw error;
      return { status: 404, title: "No such course · Academy", props: { course: null, slug } };
    }
  },
});
