import { Documented, type RouteDocs } from './route-docs.js';

/** All that makes a method a route. */
export type RouteParts = Readonly<{
  /** `@Get(path)`, `@Post(path)` and the like. */
  address: MethodDecorator;
  docs: RouteDocs;
  /** Where each argument of the method comes from, in the order of its parameters. */
  parameters: readonly ParameterDecorator[];
}>;

/** Decorates a method that takes some arguments, as a route. */
export type RouteDecorator<Arguments extends readonly unknown[]> = <
  Method extends (...taken: [...Arguments]) => unknown,
>(
  target: object,
  name: string | symbol,
  method: TypedPropertyDescriptor<Method>,
) => void;

/** Composes a route of its parts, so that its method needs this one decorator and none on its parameters. */
export function route<Arguments extends readonly unknown[]>({
  address,
  docs,
  parameters,
}: RouteParts): RouteDecorator<Arguments> {
  return (target, name, method) => {
    // From the last to the first, as TypeScript applies decorators: Nest documents parameters in the reverse order.
    for (const [index, parameter] of [...parameters.entries()].reverse()) parameter(target, name, index);
    Documented(docs)(target, name, method);
    address(target, name, method);
  };
}
