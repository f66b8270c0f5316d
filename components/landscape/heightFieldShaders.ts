/**
 * The shaders of the height field. Vertices have no attributes: each finds its sample by its number.
 *
 * Colour, contours and states are read per fragment from the full grid, so a coarser mesh, while the
 * camera moves, loses relief but never a measurement.
 */

const BLOCK = /* glsl */ `\
layout(std140) uniform heightFieldUniforms {
  vec4 extent;
  vec4 colourRange;
  vec4 heightRange;
  vec4 mesh;
  vec4 cross;
  vec4 light;
  vec4 ink;
  vec4 tint;
} heightField;
`;

/**
 * extent: x₀ y₀ x₁ y₁ · colourRange: low, high, is log, contour count (0 for none) · heightRange: low, high, is log, height
 * mesh: vertices across, stride, columns, rows · cross: u, v, is shown, pixel ratio · light: direction, shading strength
 * ink: colour of what is not a number, 1 in the dark theme · tint: 1 where a tint is shown
 */
export const heightFieldUniforms = {
  name: 'heightField',
  vs: BLOCK,
  fs: BLOCK,
  uniformTypes: {
    extent: 'vec4<f32>',
    colourRange: 'vec4<f32>',
    heightRange: 'vec4<f32>',
    mesh: 'vec4<f32>',
    cross: 'vec4<f32>',
    light: 'vec4<f32>',
    ink: 'vec4<f32>',
    tint: 'vec4<f32>',
  },
} as const;

const SHARED = /* glsl */ `\
#version 300 es
precision highp float;
precision highp int;
precision highp sampler2D;

const float UNKNOWN = 0.0;
const float ESTIMATED = 1.0;
const float RECHECKED = 2.0;
const float MEASURED = 3.0;
const float VERIFIED = 4.0;
const float NOT_FINITE = 5.0;

float scaled(float loss, vec4 range) {
  float value = range.z > 0.5 ? log(max(loss, 1e-37)) : loss;
  return clamp((value - range.x) / (range.y - range.x), 0.0, 1.0);
}
`;

export const vertexShader = `${SHARED}
uniform sampler2D fieldTexture;
out vec2 vPlace;
out vec3 vNormal;
out float vIsKnown;

vec2 sampleAt(ivec2 place) {
  return texelFetch(fieldTexture, clamp(place, ivec2(0), ivec2(heightField.mesh.zw) - 1), 0).rg;
}

// Share of the full height. A sample without a finite loss stands as high as those around it that have one;
// where none has, one that is not finite stands at the top, and one that is not known nowhere (−1).
float shareOf(ivec2 place) {
  vec2 here = sampleAt(place);
  if (here.g != UNKNOWN && here.g != NOT_FINITE) return scaled(here.r, heightField.heightRange);
  float sum = 0.0;
  float count = 0.0;
  for (int j = -1; j <= 1; j++) for (int i = -1; i <= 1; i++) {
    vec2 beside = sampleAt(place + ivec2(i, j));
    if (beside.g == UNKNOWN || beside.g == NOT_FINITE) continue;
    sum += scaled(beside.r, heightField.heightRange);
    count += 1.0;
  }
  if (count > 0.0) return sum / count;
  if (here.g == NOT_FINITE) return 1.0;
  for (int j = -1; j <= 1; j++) for (int i = -1; i <= 1; i++) if (sampleAt(place + ivec2(i, j)).g == NOT_FINITE) return 1.0;
  return -1.0;
}

float heightBeside(ivec2 place, float otherwise) {
  float state = sampleAt(place).g;
  return state == UNKNOWN || state == NOT_FINITE ? otherwise : shareOf(place) * heightField.heightRange.w;
}

void main(void) {
  int across = int(heightField.mesh.x);
  int stride = int(heightField.mesh.y);
  ivec2 size = ivec2(heightField.mesh.zw);
  ivec2 place = min(ivec2(gl_VertexID % across, gl_VertexID / across) * stride, size - 1);
  vec2 steps = vec2(size - 1);
  vPlace = vec2(place);
  float share = shareOf(place);
  // Without relief no vertex stands at a wrong height.
  vIsKnown = share < 0.0 && heightField.heightRange.w > 0.0 ? 0.0 : 1.0;
  float z = max(share, 0.0) * heightField.heightRange.w;
  float left = heightBeside(place - ivec2(stride, 0), z);
  float right = heightBeside(place + ivec2(stride, 0), z);
  float below = heightBeside(place - ivec2(0, stride), z);
  float above = heightBeside(place + ivec2(0, stride), z);
  vec2 cell = (heightField.extent.zw - heightField.extent.xy) / steps * float(stride);
  vNormal = normalize(vec3((left - right) / (2.0 * cell.x), (below - above) / (2.0 * cell.y), 1.0));

  vec3 position = vec3(mix(heightField.extent.xy, heightField.extent.zw, vPlace / steps), z);
  geometry.worldPosition = position;
  gl_Position = project_position_to_clipspace(position, vec3(0.0), vec3(0.0), geometry.position);
  DECKGL_FILTER_GL_POSITION(gl_Position, geometry);
}
`;

export const fragmentShader = `${SHARED}
uniform sampler2D fieldTexture;
uniform sampler2D colourTexture;
uniform sampler2D tintTexture;
in vec2 vPlace;
in vec3 vNormal;
in float vIsKnown;
out vec4 fragColor;

float greyOf(vec3 colour) { return dot(colour, vec3(0.299, 0.587, 0.114)); }

// One where a line of this half-width (in pixels) passes; q counts lines, and has one at every whole number.
float lineAt(float q, float width, float halfWidth) {
  float distance = abs(fract(q - 0.5) - 0.5) / max(width, 1e-6);
  return 1.0 - smoothstep(halfWidth - 0.5, halfWidth + 0.5, distance);
}

void main(void) {
  ivec2 size = ivec2(heightField.mesh.zw);
  vec2 place = clamp(vPlace, vec2(0.0), vec2(size - 1));
  ivec2 low = min(ivec2(floor(place)), size - 2);
  vec2 part = place - vec2(low);
  vec2 s00 = texelFetch(fieldTexture, low, 0).rg;
  vec2 s10 = texelFetch(fieldTexture, low + ivec2(1, 0), 0).rg;
  vec2 s01 = texelFetch(fieldTexture, low + ivec2(0, 1), 0).rg;
  vec2 s11 = texelFetch(fieldTexture, low + ivec2(1, 1), 0).rg;
  vec4 states = vec4(s00.g, s10.g, s01.g, s11.g);
  vec4 weights = vec4((1.0 - part.x) * (1.0 - part.y), part.x * (1.0 - part.y), (1.0 - part.x) * part.y, part.x * part.y);
  vec4 finite = weights * vec4(lessThan(states, vec4(NOT_FINITE))) * vec4(greaterThan(states, vec4(UNKNOWN)));
  float total = finite.x + finite.y + finite.z + finite.w;
  float loss = dot(finite, vec4(s00.r, s10.r, s01.r, s11.r)) / max(total, 1e-6);
  // The nearest sample says what a fragment is; but a value between two kinds is of the less certain one.
  float state = part.x < 0.5 ? (part.y < 0.5 ? s00.g : s01.g) : (part.y < 0.5 ? s10.g : s11.g);

  if (state > ESTIMATED && state < NOT_FINITE && any(equal(states, vec4(ESTIMATED)))) state = ESTIMATED;
  if (state == VERIFIED && any(equal(states, vec4(MEASURED)))) state = MEASURED;

  // Derivatives stand before any discard, where they are still defined.
  float share = scaled(loss, heightField.colourRange);
  float lines = share * heightField.colourRange.w;
  float linesWidth = fwidth(lines);
  vec2 uv = place / vec2(size - 1);
  vec2 uvWidth = fwidth(uv);
  vec2 span = heightField.extent.zw - heightField.extent.xy;
  float hatch = (uv.x * span.x + uv.y * span.y) * 0.42;
  float hatchWidth = fwidth(hatch);
  // The other way round than what is estimated: this was measured, and is in doubt.
  float doubt = (uv.x * span.x - uv.y * span.y) * 0.42;
  float doubtWidth = fwidth(doubt);

  if (vIsKnown < 0.999 || state == UNKNOWN) discard;

  vec3 colour = texture(colourTexture, vec2((share * 255.0 + 0.5) / 256.0, 0.5)).rgb;
  float isDark = heightField.ink.w;
  float stripes = lineAt(hatch, hatchWidth, 0.75) * (1.0 - smoothstep(0.25, 0.5, hatchWidth));
  if (state == NOT_FINITE || total < 1e-4) {
    colour = mix(heightField.ink.rgb, isDark > 0.5 ? vec3(0.75) : vec3(0.25), 0.55 * stripes);
  } else {
    vec3 grey = vec3(greyOf(colour));
    if (state == ESTIMATED) {
      colour = mix(mix(colour, grey, 0.38), vec3(isDark > 0.5 ? 0.3 : 0.9), 0.2);
      colour = mix(colour, isDark > 0.5 ? vec3(0.05) : vec3(1.0), 0.26 * stripes);
    } else if (state == RECHECKED) {
      float marks = lineAt(doubt, doubtWidth, 0.75) * (1.0 - smoothstep(0.25, 0.5, doubtWidth));
      colour = mix(mix(colour, grey, 0.42), vec3(isDark > 0.5 ? 0.35 : 0.9), 0.18);
      colour = mix(colour, isDark > 0.5 ? vec3(1.0) : vec3(0.1), 0.26 * marks);
    } else if (state == MEASURED) {
      colour = mix(mix(colour, grey, 0.3), vec3(isDark > 0.5 ? 0.4 : 0.9), 0.06);
    }
    if (heightField.colourRange.w > 0.5) {
      float brightness = greyOf(colour);
      vec3 line = brightness > 0.42 ? colour * 0.55 : mix(colour, vec3(1.0), 0.38);
      float room = 1.0 - smoothstep(0.2, 0.45, linesWidth);
      // Neither end of the range is a contour, and beside a hole there is nothing to interpolate.
      room *= step(0.5, lines) * step(lines, heightField.colourRange.w - 0.5) * step(0.999, total);
      float strength = state == ESTIMATED ? 0.35 : 0.75;
      colour = mix(colour, line, lineAt(lines, linesWidth, 0.62 * heightField.cross.w) * strength * room);
    }
  }

  if (heightField.tint.x > 0.5) {
    // Of the nearest sample: a tint says something of a point, and nothing between two.
    vec4 tint = texelFetch(tintTexture, ivec2(floor(place + 0.5)), 0);
    colour = mix(colour, tint.rgb, tint.a);
  }

  float shading = heightField.light.w;
  if (shading > 0.0) {
    vec3 normal = normalize(vNormal);
    float lit = max(dot(normal, heightField.light.xyz), 0.0);
    float shade = 0.62 + 0.5 * lit;
    vec3 halfway = normalize(heightField.light.xyz + vec3(0.0, 0.0, 1.0));
    float gloss = pow(max(dot(normal, halfway), 0.0), 40.0) * 0.06;
    colour = mix(colour, colour * shade + gloss, shading);
  }

  if (heightField.cross.z > 0.5) {
    vec2 away = abs(uv - heightField.cross.xy) / max(uvWidth, vec2(1e-7)) / heightField.cross.w;
    float nearest = min(away.x, away.y);
    colour = mix(colour, vec3(0.0), 0.45 * (1.0 - smoothstep(1.0, 2.0, nearest)));
    colour = mix(colour, vec3(1.0), 0.92 * (1.0 - smoothstep(0.3, 1.0, nearest)));
  }
  fragColor = vec4(colour, 1.0);
  DECKGL_FILTER_COLOR(fragColor, geometry);
}
`;
