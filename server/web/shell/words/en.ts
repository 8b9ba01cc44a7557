import type { ShellWords } from './words.ts';

export const words: ShellWords = {
  skipToContent: 'Skip to the content',
  chooseLanguage: 'Language',
  tagline: 'The gate that opens with a code',
  mainNavigation: 'Main navigation',
  privacy: 'Privacy',
  accessibility: 'Accessibility statement',
  usefulLinks: 'Useful links',
  logout: 'Log out',
  problems: {
    notFound: {
      title: 'Page not found',
      text: 'This address leads to no page. Check that it is complete.',
    },
    badRequest: {
      title: 'The request is not valid',
      text: 'The request is incomplete or not well formed. Go back and try again.',
    },
    forbidden: {
      title: 'Not allowed',
      text: 'You can’t do this from here. Go back to where you started and try again.',
    },
    tooLarge: {
      title: 'Too large',
      text: 'What you sent is larger than it may be.',
    },
    tooMany: {
      title: 'Too many tries',
      text: 'Too many requests came in. Wait a few minutes and try again.',
    },
    unavailable: {
      title: 'The service is not available',
      text: 'We can’t answer at the moment. Nothing is lost: try again soon.',
    },
    internal: {
      title: 'Something went wrong',
      text: 'The fault is ours, not yours. Try again soon.',
    },
  },
};
